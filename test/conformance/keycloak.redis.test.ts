import { describeConformance } from "./conformance.js";
import { keycloak } from "./vendors/keycloak.js";

describeConformance(keycloak);
