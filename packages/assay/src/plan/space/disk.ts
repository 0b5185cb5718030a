import {
  DATA_PATHS,
  DISK_CONTROLLERS,
  DISK_TYPES,
  type DiskSpace,
  type NetworkInterfaceSpace,
} from "../../runbook/requirement.ts";
import type { Aspect } from "./aspect.ts";
import { countAspect } from "./count-aspect.ts";
import { setAspect } from "./set-aspect.ts";

/** Disks or interfaces that are there but are not described may be of any number. */
const unknown = "any";

/** How the cache of data disks works is what the requirement says; no capability speaks of it. */
const caching: Aspect<Pick<DiskSpace, "dataDiskCaching">> = {
  meets: () => true,
  reasons: () => [],
  narrow: (requirement, capability) => kept(requirement.dataDiskCaching ?? capability.dataDiskCaching),
  join: (left, right) => ({ ok: true, space: kept(left.dataDiskCaching ?? right.dataDiskCaching) }),
  implies: (made, wanted) => wanted.dataDiskCaching === undefined || wanted.dataDiskCaching === made.dataDiskCaching,
  choose: (space) => ({ ok: true, space: kept(space.dataDiskCaching) }),
  identity: ({ dataDiskCaching }) => dataDiskCaching ?? "",
};

const kept = (dataDiskCaching: DiskSpace["dataDiskCaching"]): Pick<DiskSpace, "dataDiskCaching"> =>
  dataDiskCaching === undefined ? {} : { dataDiskCaching };

/** Upstream leaves type, size and controller out of its check and fails later; here they are reasons. */
export const DISK_ASPECTS: readonly Aspect<DiskSpace>[] = [
  setAspect("osDiskType", { key: "os_disk_type", noun: "a system disk of the type", preference: DISK_TYPES }),
  countAspect("osDiskSize", { key: "os_disk_size", noun: "GiB of system disk", unknown }),
  setAspect("dataDiskType", { key: "data_disk_type", noun: "data disks of the type", preference: DISK_TYPES }),
  countAspect("dataDiskCount", { key: "data_disk_count", noun: "data disks", one: "data disk", unknown }),
  caching,
  countAspect("dataDiskIops", { key: "data_disk_iops", noun: "operations a second on a data disk", unknown }),
  countAspect("dataDiskThroughput", { key: "data_disk_throughput", noun: "MB/s on a data disk", unknown }),
  countAspect("dataDiskSize", { key: "data_disk_size", noun: "GiB of data disk", unknown }),
  countAspect("maxDataDiskCount", {
    key: "max_data_disk_count",
    noun: "data disks at most",
    one: "data disk at most",
    unknown,
  }),
  setAspect("controller", { key: "disk_controller_type", noun: "a disk controller", preference: DISK_CONTROLLERS }),
];

export const NETWORK_ASPECTS: readonly Aspect<NetworkInterfaceSpace>[] = [
  setAspect("dataPath", { key: "data_path", noun: "a network path", preference: DATA_PATHS }),
  countAspect("nicCount", { key: "nic_count", noun: "network interfaces", one: "network interface", unknown }),
  countAspect("maxNicCount", {
    key: "max_nic_count",
    noun: "network interfaces at most",
    one: "network interface at most",
    unknown,
  }),
  countAspect("maxQueueCount", { key: "max_queue_count", noun: "queues of a network interface at most", unknown }),
];
