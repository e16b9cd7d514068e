export { limiterContract, type StoreUnderTest } from "./limiter-contract.js";
