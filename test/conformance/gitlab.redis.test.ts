import { describeConformance } from "./conformance.js";
import { gitlab } from "./vendors/gitlab.js";

describeConformance(gitlab);
