import { anything, choice, flag, integer, list, secret, section, text } from "../kinds.ts";
import { requirementFields } from "../requirement.ts";
import { kind, typed, word } from "./kind.ts";
import { onNamedNode, onNode, plain } from "./type.ts";

const CLOUD = { missing: "it needs the platform 'azure'" };
const HOST = { missing: "assay brings no such host program yet" };

const libvirt = typed(
  Object.fromEntries(
    ["package", "source"].map((name) => [
      name,
      kind(`libvirt as ${name}`, {
        force_install: flag("whether it is installed although it is there"),
        repo: text("git repository of the source"),
        ref: word("branch, tag or commit"),
      }),
    ]),
  ),
  "how libvirt comes to the node",
);

/** What the installers of hypervisors have in common. */
const buildSource = {
  repo: text("git repository of the source"),
  ref: word("branch, tag or commit"),
  auth_token: secret(text("token for the repository")),
  force_install: flag("whether it is installed although it is there"),
};

const gallery = {
  gallery_resource_group_name: text("resource group of the gallery"),
  gallery_name: text("name of the gallery"),
  gallery_image_name: text("name of the image definition"),
  gallery_image_fullname: text("publisher, offer and sku, separated by blanks"),
};

/** Types that need a cloud or a program on the host that assay does not have: they load, and are told. */
export const CLOUD_TYPES = {
  azure_extension: onNode(
    "installs an extension of a virtual machine",
    {
      extension_name: text("name of the extension"),
      publisher: text("its publisher"),
      type_handler_version: word("its version"),
      settings: anything("its settings"),
      enable_automatic_upgrade: flag("whether the platform upgrades it"),
      auto_upgrade_minor_version: flag("whether minor versions are taken by themselves"),
    },
    {
      required: ["extension_name", "publisher", "type_handler_version"],
      outputs: ["extension_name", "node_name", "provisioning_state"],
      ...CLOUD,
    },
  ),
  hyperv_preparation: onNode("makes a Windows host ready for Hyper-V", {}, HOST),
  qemu_installer: onNamedNode(
    "installs QEMU",
    {
      installer: typed(
        {
          package: kind("the package of the distribution", {
            force_install: flag("install although it is there"),
            ref: word("version"),
          }),
        },
        "how QEMU comes to the node",
      ),
      libvirt,
    },
    { required: ["installer"], ...HOST },
  ),
  cloudhypervisor_installer: onNamedNode(
    "installs Cloud Hypervisor",
    {
      installer: typed(
        Object.fromEntries(
          ["package", "source", "ms_clh_source", "binary"].map((name) => [
            name,
            kind(`Cloud Hypervisor as ${name}`, { ...buildSource, igvm_repo: text("git repository of IGVM") }),
          ]),
        ),
        "how Cloud Hypervisor comes to the node",
      ),
      libvirt,
    },
    { required: ["installer"], ...HOST },
  ),
  openvmm_installer: onNode(
    "installs OpenVMM",
    {
      installer: typed(
        {
          source: kind("a build from source", {
            ...buildSource,
            install_path: text("path of the program"),
            features: list(text("feature"), "features it is built with"),
          }),
        },
        "how OpenVMM comes to the node",
      ),
    },
    { required: ["installer"], ...HOST },
  ),
  azure_deploy: plain(
    "makes a virtual machine",
    {
      requirement: section(requirementFields, "what the machine must have"),
      resource_group_name: text("resource group"),
      deploy: flag("false only names the resource group"),
      source_address_prefixes: list(text("address range"), "addresses that may connect", { acceptsOne: true }),
    },
    { outputs: ["resource_group_name", "address", "port", "username", "password", "private_key_file"], ...CLOUD },
  ),
  azure_vhd: plain(
    "exports the disk of a virtual machine",
    {
      resource_group_name: text("resource group of the machine"),
      vm_name: text("name of the machine"),
      shared_resource_group_name: text("resource group of the storage"),
      public_address: text("address of the machine"),
      public_port: integer("its SSH port", { minimum: 1, maximum: 65_535 }),
      username: text("account on it"),
      password: secret(text("its password")),
      private_key_file: text("file with its private key"),
      storage_account_name: text("storage account"),
      container_name: text("container"),
      file_name_part: text("part of the file's name"),
      custom_blob_name: text("name of the blob"),
      restore: flag("whether the machine is started again"),
      deprovision: flag("whether the machine is made generic first"),
      azcopy_path: text("path of azcopy"),
    },
    { required: ["resource_group_name"], outputs: ["url", "vmgs_url"], ...CLOUD },
  ),
  azure_delete: plain(
    "deletes a resource group",
    {
      resource_group_name: text("resource group"),
      keep_environment: anything("whether it is kept: 'no', 'always' or 'failed'"),
      wait_delete: flag("whether the end of the deletion is awaited"),
    },
    { required: ["resource_group_name"], ...CLOUD },
  ),
  azure_sig: plain(
    "puts an image into a gallery",
    {
      ...gallery,
      vhd: anything("the disk: its address, or a mapping with it"),
      gallery_resource_group_location: text("place of the resource group"),
      gallery_location: text("place of the gallery"),
      gallery_description: text("description of the gallery"),
      gallery_image_location: list(text("place"), "places of the image", { acceptsOne: true }),
      gallery_image_ostype: text("operating system"),
      gallery_image_securitytype: text("security type"),
      gallery_image_disk_controller_types: anything("disk controllers"),
      gallery_image_osstate: choice(["Generalized", "Specialized"], "state of the image"),
      gallery_image_architecture: choice(["x64", "Arm64"], "architecture"),
      gallery_image_hyperv_generation: integer("generation of the machine", { minimum: 1, maximum: 2 }),
      regional_replica_count: integer("copies in a place", { minimum: 1, maximum: 100 }),
      storage_account_type: choice(["Standard_LRS", "Standard_ZRS", "Premium_LRS"], "kind of storage"),
      host_caching_type: choice(["None", "ReadOnly", "ReadWrite"], "caching of the disk"),
      marketplace_source: anything("image of the marketplace it comes from"),
    },
    {
      required: ["vhd", "gallery_image_location", "gallery_image_name", "gallery_image_fullname"],
      outputs: ["url"],
      ...CLOUD,
    },
  ),
  azure_sig_delete: plain(
    "deletes an image of a gallery",
    { ...gallery, ignore_failure: flag("whether a failure is passed over") },
    { required: Object.keys(gallery), ...CLOUD },
  ),
} as const;
