export * from "./outcomes.ts";
export * from "./suite.ts";
