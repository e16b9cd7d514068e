import { describeConformance } from "./conformance.js";
import { aws, awsDynamodb } from "./vendors/aws.js";

describeConformance(aws);
describeConformance(awsDynamodb);
