import type { Charge } from "@sluice/limiter";
import type { AwsRequest } from "../operations/request.js";
import { kmsKeyPairs, specialLimits } from "./generated/limits.js";
import type { PublishedLimit } from "./published-limit.js";
import { chargeOf, type Rule, type RuleTools, textOf } from "./rule.js";

/** KMS counts cryptographic operations together by the kind of the key; the kind is told by the algorithm, where there is one. */
export function kmsRule({ limitOf }: RuleTools): Rule {
  const charge = (bucket: string, limit: PublishedLimit, { region }: AwsRequest): Charge =>
    chargeOf(`KMS.${bucket}`, limitOf(limit, region));
  return (action, request) => {
    const pair = kmsKeyPairs[textOf(request.input["KeyPairSpec"]) ?? ""];
    if (action.startsWith("GenerateDataKeyPair") && pair !== undefined) return [charge(pair.bucket, pair, request)];
    const kind = kindOf(action, request.input);
    return kind === undefined ? undefined : [charge(kind.bucket, kind, request)];
  };
}

function kindOf(action: string, input: Readonly<Record<string, unknown>>): PublishedLimit | undefined {
  const algorithm = [
    "EncryptionAlgorithm",
    "SourceEncryptionAlgorithm",
    "DestinationEncryptionAlgorithm",
    "SigningAlgorithm",
  ]
    .map((name) => textOf(input[name]))
    .find((given) => given !== undefined && given !== "SYMMETRIC_DEFAULT");
  const { kmsSymmetric, kmsRsa, kmsMlDsa, kmsEccSm2 } = specialLimits;
  if (algorithm === undefined) return [kmsSymmetric, kmsEccSm2].find(({ actions }) => includes(actions, action));
  if (!includes([...kmsSymmetric.actions, ...kmsRsa.actions], action)) return undefined;
  if (algorithm.startsWith("RSA")) return kmsRsa;
  return algorithm.startsWith("ML_DSA") ? kmsMlDsa : kmsEccSm2;
}

function includes(actions: readonly string[], action: string): boolean {
  return actions.includes(action);
}
