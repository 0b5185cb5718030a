import { fields } from "../field.ts";
import { openKind } from "../forms.ts";
import { anything, choice, list, secret, section, text } from "../kinds.ts";
import { sections } from "./section.ts";

// The parts of a cluster are plug-ins of LISA with keys of their own; here only their kinds are looked at.
const clusterFields = fields(
  {
    type: choice(["rackmanager", "idrac", "pxe"], "what switches the machines", "T01"),
    address: text("address of the management"),
    username: text("account there"),
    password: secret(text("its password")),
    connection: anything("how the management is reached: the keys of a remote node"),
    build: openKind(["smb", "tftp"], "where the machines boot from"),
    ready_checker: openKind(["file_single", "ssh", "http"], "how a machine shows that it is up"),
    ip_getter: openKind(["file_single", "http"], "how the address of a machine is found"),
    key_loader: openKind(["build"], "where the key to log in comes from"),
    boot_config: openKind(["pxe_boot"], "how a machine is told what to boot"),
    client: list(anything("a machine: 'connection', 'capability' and the keys of its cluster"), "the machines"),
  },
  { code: "S15", required: ["type"] },
);

export const baremetal = sections(
  "baremetal",
  {
    source: openKind(["ado", "local"], "where the files to test come from"),
    cluster: list(section(clusterFields, "machines that are managed together"), "the machines there are"),
  },
  {},
);
