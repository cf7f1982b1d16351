export { project } from "./problems";
export * from "./stack";
export * from "./stack-config";
export * from "./types";
export { validateConfig, type Invalid, type Valid } from "./validate";
