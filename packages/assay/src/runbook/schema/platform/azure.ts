import { type Field, fields } from "../field.ts";
import { mapOf, oneForm } from "../forms.ts";
import { anything, choice, flag, integer, list, secret, section, standing, text } from "../kinds.ts";
import { sections } from "./section.ts";

const GUID = /^(?:|[0-9a-fA-F]{8}-(?:[0-9a-fA-F]{4}-){3}[0-9a-fA-F]{12})$/;
const id = (about: string): Field<string> =>
  text(about, { pattern: GUID, wants: "an id such as 01234567-89ab-cdef-0123-456789abcdef" });
const off = (about: string): Field<boolean> => standing(flag(about), false);
const on = (about: string): Field<boolean> => standing(flag(about), true);
const tags = (about: string): Field<unknown> => mapOf(anything("value of the tag"), about);

const credential = fields(
  {
    type: standing(
      choice(["default", "workloadidentity", "certificate", "assertion", "secret", "token", "azcli"], "how to log in"),
      "default",
    ),
    tenant_id: id("tenant"),
    client_id: id("application"),
    allow_all_tenants: on("log in to every tenant"),
    cert_path: text("file of the certificate"),
    msi_client_id: id("managed identity"),
    enterprise_app_client_id: id("enterprise application"),
    client_secret: secret(text("secret of the application")),
    token: secret(text("access token")),
  },
  { code: "S15" },
);

const platform = {
  credential: section(credential, "how to log in"),
  service_principal_tenant_id: id("tenant of the service principal"),
  service_principal_client_id: id("application of the service principal"),
  service_principal_key: secret(text("secret of the service principal")),
  subscription_id: id("subscription that pays"),
  azure_arm_access_token: secret(text("token for the resource manager")),
  azure_storage_access_token: secret(text("token for storage")),
  azure_keyvault_access_token: secret(text("token for key vaults")),
  azure_graph_access_token: secret(text("token for the directory")),
  cloud: oneForm(text("name of the cloud"), mapOf(anything("address"), "addresses of the cloud"), "the cloud"),
  shared_resource_group_name: standing(text("group of resources kept between runs"), "lisa_shared_resource"),
  shared_resource_group_location: standing(text("where that group is"), "westus3"),
  resource_group_name: text("existing group to use instead of a new one"),
  resource_group_managed_by: text("resource that manages new groups"),
  resource_group_tags: tags("tags of new groups"),
  marketplace_image_information_location: text("where marketplace images are looked up"),
  availability_type: standing(
    choice(["default", "none", "availability_set", "availability_zone"], "how machines are kept apart"),
    "default",
  ),
  availability_zones: list(integer("zone"), "zones to use", { acceptsOne: true }),
  availability_set_tags: tags("tags of availability sets"),
  availability_set_properties: mapOf(anything("value"), "properties of availability sets"),
  vm_tags: tags("tags of machines"),
  tags: tags("tags of every resource"),
  ip_service_tags: tags("service tags of public addresses"),
  use_public_address: on("connect to the public address"),
  create_public_address: on("give machines a public address"),
  use_ipv6: off("use IPv6"),
  enable_vm_nat: off("reach machines through address translation"),
  source_address_prefixes: list(text("prefix"), "networks that may connect", { acceptsOne: true }),
  virtual_network_resource_group: text("group of an existing virtual network"),
  virtual_network_name: standing(text("virtual network"), "lisa-virtualNetwork"),
  subnet_prefix: standing(text("start of the subnets' names"), "lisa-subnet-"),
  ignore_provisioning_error: off("go on when provisioning reports an error"),
  log_level: standing(text("least level of the client's log lines"), "WARNING"),
  dry_run: off("deploy nothing"),
  deploy: on("deploy machines; false uses those of 'resource_group_name'"),
  wait_delete: off("wait until resources are deleted"),
  azcopy_path: text("path of azcopy"),
  provisioning_timeout: standing(integer("seconds until provisioning must be done", { minimum: 1 }), 3600),
  log_mana_information: off("log facts of the MANA interface"),
  log_lisa_sha: off("log the version of LISA"),
  blocked_vm_sizes: standing(list(text("size"), "sizes not to use", { acceptsOne: true }), []),
};

const vhd = fields(
  {
    vhd_path: secret(text("address of the disk")),
    cvm_gueststate_path: secret(text("address of a confidential machine's state")),
    cvm_metadata_path: secret(text("address of a confidential machine's metadata")),
    data_vhd_paths: list(
      section(
        fields({ lun: integer("slot"), vhd_uri: secret(text("address of the disk")) }, { code: "S15" }),
        "a data disk",
      ),
      "data disks",
    ),
    hyperv_generation: standing(integer("generation of the machine", { minimum: 1, maximum: 2 }), 1),
  },
  { code: "S15" },
);

const named = (keys: readonly string[]): Field<unknown> =>
  section(fields(Object.fromEntries(keys.map((key) => [key, text(key)])), { code: "S15" }), "the same as keys");

const GALLERY = ["image_gallery", "image_definition", "image_version"] as const;

const machine = {
  name: text("name of the machine"),
  short_name: text("name inside the machine"),
  vm_size: text("sizes separated by comma; parts of names will do"),
  osdisk_size_in_gb: standing(integer("size of the system disk", { minimum: 1 }), 30),
  maximize_capability: standing(flag("offer the largest of everything"), false),
  location: text("regions separated by comma"),
  subscription_id: id("subscription that pays"),
  is_linux: standing(flag("whether the image is Linux"), true),
  vhd: oneForm(secret(text("address of the disk")), section(vhd, "the disk as keys"), "image: a disk of one's own"),
  shared_gallery: oneForm(
    text("[subscription/group/]gallery/definition/version"),
    named(["subscription_id", "resource_group_name", ...GALLERY]),
    "image: one of a gallery",
  ),
  community_gallery_image: oneForm(
    text("location/gallery/definition/version"),
    named(["location", ...GALLERY]),
    "image: one of a community gallery",
  ),
  marketplace: oneForm(
    text("publisher offer sku version, separated by blanks or colons"),
    named(["publisher", "offer", "sku", "version"]),
    "image: one of the marketplace",
  ),
  purchase_plan: oneForm(
    text("name product publisher"),
    named(["name", "product", "publisher"]),
    "plan under which the image is bought",
  ),
};

export const azure = sections("azure", platform, machine);
