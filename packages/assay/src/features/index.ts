export * from "./feature.ts";
export * from "./private-network.ts";
export * from "./serial-console.ts";
export * from "./start-stop.ts";
