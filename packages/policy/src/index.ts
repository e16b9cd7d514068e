// The engine
export type {
  AcquireOptions,
  CheckOptions,
  DecidedWindow,
  DecisionEvent,
  PolicyDecision,
  Reputation,
} from "./engine/decision.js";
export { createPolicyEngine } from "./engine/create-policy-engine.js";
export type {
  BreakerSwitches,
  Emergency,
  ForcedBreaker,
  ListedPolicy,
  Policies,
  PolicyEngine,
  Reputations,
  Why,
} from "./engine/engine.js";
export type { PolicyEngineOptions } from "./engine/options.js";
export { identityOfCall, policyHook, type PolicyHookOptions } from "./engine/policy-hook.js";

// Policies, as they are written
export { apiKeyDigest } from "./policies/api-key-digest.js";
export { checkPolicies } from "./policies/check-policies.js";
export { checkPolicy } from "./policies/check-policy.js";
export { defaultPolicies } from "./policies/default-policies.js";
export { canonicalIp, ipPrefix } from "./patterns/network.js";
export { exportPolicies, importPolicies, type PoliciesFile } from "./policies/exchange.js";
export { policiesSchema } from "./policies/generated/schema.js";
export {
  type BurstStrategy,
  type Identity,
  type NormalExceptions,
  type NormalPolicy,
  type NormalWindow,
  type Policy,
  type PolicyAlgorithm,
  type PolicyExceptions,
  type PolicyMode,
  type PolicyReputation,
  type PolicyStrategy,
  type PolicyWindow,
  type Scope,
  scopes,
  type Subject,
  type ValueScope,
} from "./policies/policy.js";

// What applies to whom
export { createResolver, type Resolver, type ResolverOptions } from "./resolution/create-resolver.js";
export type { Applied, Resolution, SubjectPart } from "./resolution/resolution.js";

// Conduct
export type { ReputationOptions, ReputationThreshold } from "./reputation/rules.js";

// Exceptions
export type { Override, OverrideCeiling, OverrideDraft, OverrideKind, OverrideSubject } from "./overrides/override.js";
export type { Overrides } from "./overrides/overrides.js";

// Emergencies
export type { EmergencyOptions, EmergencyState } from "./emergency/emergency.js";

// The audit
export { auditName, type DecisionAuditOptions } from "./audit/decision-audit.js";
export type { AuditTrail, FollowOptions, TailOptions } from "./audit/audit-trail.js";
export type { AuditReport, VerifyOptions } from "./audit/verify.js";

// Figures
export type { PolicyMetrics } from "./metrics/metrics.js";
export type { TopEntry } from "./metrics/top-list.js";

// The live copy of what is shared
export type { Control, ControlNews } from "./control/control.js";
export { PoliciesUnavailableError } from "./control/policies-unavailable-error.js";
