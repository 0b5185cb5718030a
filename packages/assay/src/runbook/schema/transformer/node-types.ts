import { withDefault } from "../field.ts";
import { choice, flag, integer, list, section, text } from "../kinds.ts";
import { remoteNodeFields } from "../node-kinds.ts";
import { buildKeys, kernelInstaller } from "./kernel.ts";
import { expression, kind, mapOf, nested, typed } from "./kind.ts";
import { keysOf, namesIn, onNode, plain, typeIn } from "./type.ts";

const PARAMETERS_WANTED = "words 'name=value' separated by blanks";
/** Words `name` or `name=value` as a kernel's command line takes them, without anything a boot loader would expand. */
const KERNEL_PARAMETERS =
  /^\s*[A-Za-z0-9_.-]+(?:=[A-Za-z0-9_.,:/+%@=-]+)?(?:\s+[A-Za-z0-9_.-]+(?:=[A-Za-z0-9_.,:/+%@=-]+)?)*\s*$/;

const filesKeys = {
  source: text("folder the files are in"),
  destination: text("folder the files go to"),
  files: list(text("file name"), "names of the files; '*' takes everything in the folder"),
};
const packageKeys = {
  directory: text("folder on the node that holds the packages"),
  files: list(text("file name"), "names of the packages; '*' takes all"),
  reboot: flag("whether the node is rebooted afterwards"),
};

/** Types that compute with variables or act on a node over its shell. */
export const NODE_TYPES = {
  to_list: plain(
    "splits texts into lists",
    {
      items: mapOf(text("text to split"), "texts by the name of their output"),
      token: text("what separates the parts; a comma when absent"),
    },
    { required: ["items"], outputs: (entry) => keysOf(entry, "items") },
  ),
  script: plain(
    "computes expressions",
    {
      scripts: list(
        nested(
          kind(
            "one expression",
            {
              name: text("name of the output"),
              variables: list(text("name of a variable"), "variables the expression uses"),
              script: expression("the expression"),
            },
            ["name", "script"],
          ),
        ),
        "expressions",
      ),
    },
    { required: ["scripts"], outputs: (entry) => namesIn(entry, "scripts", "name") },
  ),
  dump_variables: plain("writes variables to a file", {
    variables: list(text("name of a variable"), "variables to write", { acceptsOne: true }),
    json_output: flag("JSON instead of YAML"),
    file_path: text("the file without its ending, relative to the folder of the run's logs"),
    reveal: flag("whether secrets are written in clear"),
  }),
  script_file: onNode(
    "runs script files that are on the node",
    {
      dependent_packages: list(text("package"), "packages the scripts need"),
      scripts: list(
        nested({
          ...kind(
            "one script",
            {
              script: text("path of the script on the node"),
              interpreter: choice(["bash"], "what runs it"),
              args: text("its arguments, as a shell reads them"),
              expected_exit_code: withDefault(
                integer("exit code of success; null checks none", { minimum: 0, maximum: 255 }),
                0,
              ),
            },
            ["script"],
          ),
          nullable: ["expected_exit_code"],
        }),
        "scripts in the order they run",
      ),
      reboot: flag("whether the node is rebooted afterwards"),
    },
    { required: ["scripts"], outputs: ["results"] },
  ),
  file_uploader: onNode("copies files of this machine to the node", filesKeys, {
    required: ["source", "destination", "files"],
    outputs: ["uploaded_files"],
  }),
  file_transfer: onNode(
    "copies files from another machine to the node",
    {
      ...filesKeys,
      source_node: section(remoteNodeFields, "the machine the files come from"),
      local_path: text("folder of this machine for files on their way"),
      try_scp: flag("whether the machines are asked to copy directly first"),
    },
    { required: ["source", "destination", "files", "source_node"], outputs: ["transferred_files"] },
  ),
  rpm_package_installer: onNode("installs rpm files that are on the node", packageKeys, { required: ["directory"] }),
  deb_package_installer: onNode("installs deb files that are on the node", packageKeys, { required: ["directory"] }),
  install_repo_packages: onNode("installs packages of the distribution", {
    install_packages: list(text("package"), "packages to install", { acceptsOne: true }),
  }),
  upgrade: onNode(
    "upgrades all packages (Debian family)",
    {
      installer: typed(
        Object.fromEntries(
          ["unattended_upgrade", "full_upgrade"].map((name) => [
            name,
            kind(`the upgrade '${name}'`, {
              repo_url: text("address of another repository"),
              proposed: flag("whether the 'proposed' pocket is used"),
            }),
          ]),
        ),
        "how it is upgraded",
      ),
    },
    { required: ["installer"] },
  ),
  kernel_installer: onNode(
    "installs a kernel and boots it",
    {
      installer: kernelInstaller,
      raise_exception: flag("whether a failure fails the transformer"),
      check_kernel_version: flag("whether the kernel's version has to change"),
    },
    {
      required: ["installer"],
      outputs: ["information", "is_success"],
      missing: (entry) =>
        typeIn(entry, "installer")?.startsWith("dom0") === true ? "it has no kernels for dom0 hosts" : undefined,
    },
  ),
  kernel_source_packager: onNode(
    "builds packages of a kernel from source",
    {
      ...buildKeys,
      use_cache: flag("whether packages that were built before are used again"),
      cache_destination: text("folder on the node that keeps built packages"),
    },
    { required: ["location"], outputs: ["package_dir", "packages"] },
  ),
  host_kernel_boot_parameters: onNode(
    "changes the kernel's command line and reboots",
    {
      parameters: text("parameters of the kernel", { pattern: KERNEL_PARAMETERS, wants: PARAMETERS_WANTED }),
      reboot_timeout: integer("seconds the reboot may take", { minimum: 1, maximum: 86_400 }),
    },
    { required: ["parameters"] },
  ),
  disable_cloud_components: onNode("switches the agents of a cloud off", {}),
} as const;
