import { ConfigError, nonEmpty } from "@sluice/core";
import { assemblePlain, plainLimits } from "@sluice/kit";
import { knownOperations } from "../operations/operation.js";
import { readReply } from "../transport/reply.js";
import { awsRequests } from "./limits/aws-requests.js";
import type { AwsPlainOptions } from "./options.js";
import type { ClientParts } from "./parts.js";

/** The parts of a plain client: metrics and the user's hooks. */
export function plainParts(account: string, options: AwsPlainOptions, secrets: readonly string[]): ClientParts {
  return {
    account: nonEmpty("account", account, 256),
    chain: assemblePlain(options, { provider: "aws", knownOperations, reply: readReply }),
    timeoutMs: Number.POSITIVE_INFINITY,
    sdkRetries: true,
    keepsMaxAttempts: false,
    throttle: undefined,
    secrets,
    mode: {
      get: () => "disabled",
      set: (value) => {
        if (value !== "disabled")
          throw new ConfigError({
            option: "mode",
            accepted: '"disabled" on a plain client; createS3Api makes one with limits',
            value,
          });
      },
    },
    limits: (service) =>
      plainLimits({
        provider: "aws",
        factory: service === "S3" ? "createS3Api" : "createAwsApi",
        clock: options.clock,
        ...awsRequests({ account, service, operations: [], place: () => ({ region: undefined, server: "" }) }),
      }),
    close: async () => {},
    clock: options.clock,
  };
}
