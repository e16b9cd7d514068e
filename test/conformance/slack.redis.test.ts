import { describeConformance } from "./conformance.js";
import { slack } from "./vendors/slack.js";

describeConformance(slack);
