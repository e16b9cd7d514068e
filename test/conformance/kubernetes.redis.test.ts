import { describeConformance } from "./conformance.js";
import { kubernetes } from "./vendors/kubernetes.js";

describeConformance(kubernetes);
