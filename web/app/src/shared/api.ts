export { body, done, headers } from "../../../client/src/answer.js";
export { Problem, Unreachable } from "../../../client/src/problem.js";
export { DELAYS, persistent } from "../../../client/src/send.js";
