export * from "./count.ts";
export * from "./outcomes.ts";
export type * from "./requirement.ts";
export * from "./suite.ts";
