// #region legacy
import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { measureAws, S3Api } from "@sluice/aws";

const s3 = new S3Api("prod", { region: "eu-west-1" });
const dynamodb = measureAws(new DynamoDBClient({ region: "eu-west-1" }), { account: "prod" });
// #endregion
s3.destroy();
dynamodb.destroy();
