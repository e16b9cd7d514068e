export { algorithmsContract } from "./algorithms-contract.js";
export { breakerContract, type BreakerStoreUnderTest } from "./breaker-contract.js";
export { controlContract, type ControlStoreUnderTest } from "./control-contract.js";
export { customStatesContract, type CustomStatesUnderTest } from "./custom-states-contract.js";
export { limiterContract, type StoreUnderTest } from "./limiter-contract.js";
export { lockContract, type LockUnderTest } from "./lock-contract.js";
export { standingContract } from "./standing-contract.js";
