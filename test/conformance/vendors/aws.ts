import * as dynamodb from "@aws-sdk/client-dynamodb";
import * as s3 from "@aws-sdk/client-s3";
import { Upload } from "@aws-sdk/lib-storage";
import { createAwsApi, createS3Api, measureAws, S3Api } from "@sluice/aws";
import type { Received } from "../server.js";
import type { Method, Vendor } from "../vendor.js";

const secret = "wJalrXUtnFEMI-conformance-secret";
const common = (origin: string) => ({
  endpoint: origin,
  region: "eu-west-1",
  credentials: { accessKeyId: "AKIACONFORMANCE", secretAccessKey: secret },
  // The one operation whose host has a prefix would not find 127.0.0.1.
  disableHostPrefix: true,
});
const forS3 = (origin: string) => ({ ...common(origin), forcePathStyle: true });

/** Directory buckets are listed with credentials of their own, which take a request first. */
const session =
  "<CreateSessionResult><Credentials><AccessKeyId>AK</AccessKeyId><SecretAccessKey>other</SecretAccessKey>" +
  "<SessionToken>token</SessionToken><Expiration>2100-01-01T00:00:00Z</Expiration></Credentials></CreateSessionResult>";

/** What the SDK draws anew for each request, and what follows from the time. */
const drawn = /^(?:amz-sdk-invocation-id|x-amz-date|authorization|host)$/i;
function normalise(request: Received): Received {
  const headers = request.headers.map(([name, value]) => [name, drawn.test(name) ? "drawn" : value] as const);
  return { ...request, headers };
}

export const aws: Vendor<s3.S3Client> = {
  provider: "aws",
  secret,
  answer: ({ method, path }) => {
    if (path.includes("session")) return xml(session);
    // An event stream without events.
    if (path.includes("select")) return { body: "" };
    if (path.includes("uploads"))
      return xml("<InitiateMultipartUploadResult><UploadId>u</UploadId></InitiateMultipartUploadResult>");
    return method === "HEAD" ? {} : xml("<Result/>", { etag: '"e"' });
  },
  throttled: (seconds) => xmlError(503, "SlowDown", { "retry-after": String(seconds) }),
  notFound: xmlError(404, "NoSuchKey"),
  normalise,
  sdk: (origin) => new s3.S3Client(forS3(origin)),
  plain: (account, origin, options) => new S3Api(account, { ...forS3(origin), ...options }),
  factory: (account, origin, options) => createS3Api(account, { ...forS3(origin), ...options }),
  read: (client) => client.send(new s3.GetObjectCommand({ Bucket: "bucket", Key: "key" })),
  write: (client) => client.send(new s3.PutObjectCommand({ Bucket: "bucket", Key: "key", Body: "words" })),
  composites: [
    {
      name: "a pagination",
      requests: 3,
      answer: (_request, index) =>
        xml(
          index % 3 === 2
            ? "<ListBucketResult/>"
            : "<ListBucketResult><IsTruncated>true</IsTruncated><NextContinuationToken>next</NextContinuationToken></ListBucketResult>",
        ),
      async run(client) {
        for await (const page of s3.paginateListObjectsV2({ client }, { Bucket: "bucket" })) void page;
      },
    },
    {
      name: "an upload in parts",
      requests: 4,
      run: (client) =>
        new Upload({
          client,
          queueSize: 1,
          params: { Bucket: "bucket", Key: "key", Body: Buffer.alloc(6 * 1024 * 1024) },
        }).done(),
    },
    {
      name: "a waiter",
      requests: 2,
      answer: (_request, index) => (index % 2 === 0 ? { status: 404 } : {}),
      run: (client) =>
        s3.waitUntilObjectExists(
          { client, maxWaitTime: 10, minDelay: 0.01, maxDelay: 0.01 },
          { Bucket: "bucket", Key: "key" },
        ),
    },
  ],
  methods: (client) =>
    methodsOf(client, s3, {
      Bucket: "bucket",
      Key: "key",
      UploadId: "u",
      PartNumber: 1,
      Id: "id",
      CopySource: "other/key",
      RenameSource: "key",
      RequestRoute: "route",
      RequestToken: "token",
      AnnotationName: "name",
      Body: "words",
      CreateBucketConfiguration: { LocationConstraint: "eu-west-1" },
    }),
  methodCount: 112,
  isOwnError: (error) => error instanceof s3.NoSuchKey,
};

export const awsDynamodb: Vendor<dynamodb.DynamoDBClient> = {
  provider: "aws",
  secret,
  answer: () => ({ body: {} }),
  throttled: (seconds) => jsonError("ThrottlingException", { "retry-after": String(seconds) }),
  notFound: jsonError("ResourceNotFoundException"),
  normalise,
  sdk: (origin) => new dynamodb.DynamoDBClient(common(origin)),
  plain: (account, origin, options) => measureAws(new dynamodb.DynamoDBClient(common(origin)), { account, ...options }),
  factory: (account, origin, options) =>
    createAwsApi(dynamodb.DynamoDBClient, account, { ...common(origin), ...options }),
  read: (client) => client.send(new dynamodb.GetItemCommand({ TableName: "table", Key: { id: { S: "1" } } })),
  write: (client) => client.send(new dynamodb.PutItemCommand({ TableName: "table", Item: { id: { S: "1" } } })),
  composites: [
    {
      name: "a pagination",
      requests: 3,
      answer: (_request, index) => ({ body: index % 3 === 2 ? {} : { LastEvaluatedTableName: "last" } }),
      async run(client) {
        for await (const page of dynamodb.paginateListTables({ client }, {})) void page;
      },
    },
  ],
  methods: (client) =>
    methodsOf(client, dynamodb, { TableName: "table", ResourceArn: "arn:aws:dynamodb:eu-west-1:1:table/t" }),
  methodCount: 62,
  isOwnError: (error) => error instanceof dynamodb.ResourceNotFoundException,
};

type CommandClass<Client extends { send(command: never): unknown }> = new (
  input: object,
) => Parameters<Client["send"]>[0];

/** Every command that the module of a client exports. */
function methodsOf<Client extends { send(command: never): unknown }>(
  client: Client,
  module: object,
  input: object,
): readonly Method[] {
  return Object.entries(module)
    .filter(([name]) => /^[A-Z]\w*Command$/.test(name))
    .map(([name, value]) => ({
      name,
      run: async () => client.send(new (value as CommandClass<Client>)(input) as never),
    }));
}

function xml(
  body: string,
  headers: Readonly<Record<string, string>> = {},
): { body: string; headers: Record<string, string> } {
  return { body, headers: { "content-type": "application/xml", ...headers } };
}

function xmlError(
  status: number,
  code: string,
  headers: Readonly<Record<string, string>> = {},
): ReturnType<typeof xml> & { status: number } {
  return { status, ...xml(`<Error><Code>${code}</Code><Message>no</Message></Error>`, headers) };
}

function jsonError(
  code: string,
  headers: Readonly<Record<string, string>> = {},
): { status: number; body: object; headers: Readonly<Record<string, string>> } {
  return { status: 400, body: { __type: `com.amazonaws.dynamodb#${code}`, message: "no" }, headers };
}
