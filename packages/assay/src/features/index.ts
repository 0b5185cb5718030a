export * from "./disk.ts";
export * from "./disk-faults.ts";
export * from "./fault-injection.ts";
export * from "./feature.ts";
export * from "./nvme.ts";
export * from "./private-network.ts";
export * from "./serial-console.ts";
export * from "./start-stop.ts";
