// Any API behind fetch
export { createFetchApi, type FetchApi, type FetchApiOptions } from "./create-fetch-api.js";
export { type FetchRequest, fetchRequestOf } from "./fetch-request.js";
export { matchOperations, type OperationMatcher } from "./operations.js";

// For clients built on fetch
export { bufferResponse, type BufferOptions } from "./buffer-response.js";
export { secretsIn } from "./secrets-in.js";
