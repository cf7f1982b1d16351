export * from "./stack";
export * from "./types";
export { project, validateConfig, type Invalid, type Valid } from "./validate";
