// #region service
import { GetObjectCommand, PutObjectCommand } from "@aws-sdk/client-s3";
import { createS3Api } from "@sluice/aws";

const s3 = createS3Api("prod", { region: "eu-west-1" }); // credentials as the SDK finds them; limits shared through REDIS_URL

await s3.send(new PutObjectCommand({ Bucket: "reports", Key: "2026/11.csv", Body: "a,b" }));
const { Body } = await s3.send(new GetObjectCommand({ Bucket: "reports", Key: "2026/11.csv" }));
console.log(await Body?.transformToString());
await s3.close();
// #endregion

// #region any
import { DynamoDBClient, paginateScan } from "@aws-sdk/client-dynamodb";
import { RunInstancesCommand, EC2Client } from "@aws-sdk/client-ec2";
import { createAwsApi, instrumentAws } from "@sluice/aws";

// Any client class of the SDK: the same type, and ours beside it.
const ec2 = createAwsApi(EC2Client, "prod", { region: "eu-west-1" });
await ec2.send(new RunInstancesCommand({ ImageId: "ami-1", MinCount: 1, MaxCount: 20 })); // one request, twenty instances

// Or a client that exists already, in place.
const dynamodb = instrumentAws(new DynamoDBClient({ region: "eu-west-1" }), { account: "prod" });
for await (const page of paginateScan({ client: dynamodb }, { TableName: "orders" })) console.log(page.Count);
// #endregion
ec2.destroy();
dynamodb.destroy();
