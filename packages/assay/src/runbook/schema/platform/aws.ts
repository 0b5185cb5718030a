import { DISK_CACHING, DISK_TYPES } from "../../requirement.ts";
import { choice, flag, integer, list, secret, standing, text } from "../kinds.ts";
import { sections } from "./section.ts";

const platform = {
  aws_access_key_id: secret(text("id of the access key")),
  aws_secret_access_key: secret(text("the access key")),
  aws_session_token: secret(text("token of a session")),
  aws_default_region: text("region"),
  security_group_name: text("security group of new machines"),
  key_pair_name: text("key pair of new machines"),
  locations: list(text("region"), "regions to use", { acceptsOne: true }),
  log_level: standing(text("least level of the client's log lines"), "WARNING"),
  dry_run: standing(flag("deploy nothing"), false),
  deploy: standing(flag("deploy machines"), true),
  wait_delete: standing(flag("wait until machines are deleted"), false),
};

const machine = {
  name: text("name of the machine"),
  vm_size: text("size of the machine"),
  location: text("region"),
  marketplace: text("id of the image"),
  nic_count: standing(integer("network interfaces", { minimum: 1 }), 1),
  enable_sriov: standing(flag("accelerated networking"), false),
  data_disk_count: integer("data disks", { minimum: 0 }),
  data_disk_caching_type: choice(DISK_CACHING, "caching of the data disks"),
  data_disk_iops: standing(integer("operations per second of a data disk", { minimum: 0 }), 500),
  data_disk_size: standing(integer("size of a data disk in GiB", { minimum: 0 }), 32),
  disk_type: choice(DISK_TYPES, "kind of the disks"),
};

export const aws = sections("aws", platform, machine);
