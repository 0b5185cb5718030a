import {
  DATA_PATHS,
  DISK_CACHING,
  DISK_CONTROLLERS,
  DISK_TYPES,
  type DiskSpace,
  type NetworkInterfaceSpace,
} from "../requirement.ts";
import { countSpace } from "./count-space.ts";
import { type Field, type FieldsRead, fields } from "./field.ts";
import { choice, mapped, section } from "./kinds.ts";
import { setSpace } from "./set-space.ts";

const EMPTY = { acceptsEmpty: true } as const;

const diskTable = {
  os_disk_type: setSpace(DISK_TYPES, "kind of the system disk"),
  os_disk_size: countSpace("size of the system disk in GiB"),
  data_disk_type: setSpace(DISK_TYPES, "kind of the data disks", EMPTY),
  data_disk_count: countSpace("number of data disks"),
  data_disk_caching_type: choice(DISK_CACHING, "caching of the data disks", "S08"),
  data_disk_iops: countSpace("operations per second of a data disk"),
  data_disk_throughput: countSpace("throughput of a data disk in MB/s"),
  data_disk_size: countSpace("size of a data disk in GiB"),
  max_data_disk_count: countSpace("data disks that can be attached"),
  disk_controller_type: setSpace(DISK_CONTROLLERS, "controller of the disks", EMPTY),
};

const networkTable = {
  data_path: setSpace(DATA_PATHS, "way of the packets"),
  nic_count: countSpace("network interfaces"),
  max_nic_count: countSpace("network interfaces that can be attached"),
  max_queue_count: countSpace("pairs of queues that an attached interface can have"),
};

/** `disk`, here and as a feature. */
export const diskFields = fields(diskTable, { isLenientUpstream: true, title: "disk" });

/** `network_interface`, here and as a feature. */
export const networkFields = fields(networkTable, { isLenientUpstream: true, title: "network_interface" });

export const disk = (about: string): Field<DiskSpace> => mapped(section(diskFields, about), diskOf);

export const networkInterface = (about: string): Field<NetworkInterfaceSpace> =>
  mapped(section(networkFields, about), networkOf);

export type DiskRead = FieldsRead<typeof diskTable>;
export type NetworkRead = FieldsRead<typeof networkTable>;

/** The settings of a disk in the words of the requirement. */
export function diskOf(read: DiskRead): DiskSpace {
  return {
    ...given("osDiskType", read.os_disk_type),
    ...given("osDiskSize", read.os_disk_size),
    ...given("dataDiskType", read.data_disk_type),
    ...given("dataDiskCount", read.data_disk_count),
    ...given("dataDiskCaching", read.data_disk_caching_type),
    ...given("dataDiskIops", read.data_disk_iops),
    ...given("dataDiskThroughput", read.data_disk_throughput),
    ...given("dataDiskSize", read.data_disk_size),
    ...given("maxDataDiskCount", read.max_data_disk_count),
    ...given("controller", read.disk_controller_type),
  };
}

export function networkOf(read: NetworkRead): NetworkInterfaceSpace {
  return {
    ...given("dataPath", read.data_path),
    ...given("nicCount", read.nic_count),
    ...given("maxNicCount", read.max_nic_count),
    ...given("maxQueueCount", read.max_queue_count),
  };
}

/** An object with that key, or without it when there is no value. */
export function given<const K extends string, V>(key: K, value: V | undefined): { readonly [P in K]?: V } {
  return (value === undefined ? {} : { [key]: value }) as { readonly [P in K]?: V };
}
