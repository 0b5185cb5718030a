import { fields } from "../field.ts";
import { choice, flag, integer, list, section, text } from "../kinds.ts";

const POOL_TYPES = ["pci_net", "pci_gpu", "pci_nvme"] as const;

const poolFields = fields(
  {
    type: choice(POOL_TYPES, "kind of the devices"),
    auto_discover: flag("find the devices instead of listing them"),
    devices: list(
      section(
        fields(
          {
            vendor_id: text("vendor of the devices, four hexadecimal digits"),
            device_id: text("model of the devices, four hexadecimal digits"),
            pci_bdf: list(text("PCI address such as 0000:3b:00.0"), "PCI addresses", { acceptsOne: true }),
            location_path: list(text("location path of Windows"), "location paths", { acceptsOne: true }),
          },
          { code: "S15" },
        ),
        "devices by model, PCI address or location path",
      ),
      "devices that may be handed to guests",
      { acceptsOne: true },
    ),
  },
  { code: "S15", required: ["type"], title: "device_pool" },
);

const passthroughFields = fields(
  {
    pool_type: choice(POOL_TYPES, "pool the devices come from"),
    count: integer("how many", { minimum: 1 }),
    managed: text("whether libvirt detaches the devices itself: 'yes' or 'no'"),
  },
  { code: "S15", required: ["pool_type"], title: "device_passthrough" },
);

/** Devices of the host that its guests may get. */
export const devicePools = list(section(poolFields, "a pool of devices"), "devices of the host that guests may get");

/** Devices of the pools that a guest gets. */
export const devicePassthrough = list(
  section(passthroughFields, "devices of one pool"),
  "devices of the host that this machine gets",
);
