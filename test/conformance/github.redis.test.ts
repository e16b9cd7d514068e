import { describeConformance } from "./conformance.js";
import { github } from "./vendors/github.js";

describeConformance(github);
