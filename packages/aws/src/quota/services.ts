/** Services whose limits are those of the account, whatever the region. */
export const globalServices: ReadonlySet<string> = new Set(["CloudFront", "IAM", "Organizations", "Route53"]);
