import { flag, list, secret, text } from "../kinds.ts";
import { kind, typed, word } from "./kind.ts";

const repositoryKeys = {
  path: text("folder on the node that holds the code; empty takes the working folder"),
  repo: text("address of the git repository; without it the stable tree of kernel.org"),
  ref: word("branch, tag or commit"),
  fail_on_code_exists: flag("whether code that is there already is an error"),
  cleanup_code: flag("whether the code is removed first"),
  auth_token: secret(text("token for the repository")),
};

/** Where the kernel's code comes from. */
const location = typed(
  {
    repo: kind("a git repository", repositoryKeys),
    local: kind("code that is on the node already", { path: text("folder on the node that holds the code") }, ["path"]),
    worktree: kind("a worktree of a git repository", {
      ...repositoryKeys,
      worktree_name: text("name of the worktree"),
      worktree_repo: text("repository the worktree's code comes from"),
      worktree_ref: word("branch, tag or commit of the worktree"),
    }),
  },
  "where the kernel's code comes from",
);

/** What is changed in the code before it is built. */
const modifier = list(
  typed(
    {
      patch: kind("patches of a repository or of this machine", {
        repo: text("git repository that holds the patches"),
        ref: word("branch, tag or commit of it"),
        path: text("folder of it"),
        file_pattern: text("which files are patches"),
        local_patches: text("pattern of patch files on this machine"),
      }),
      b4_patch: kind("a patch series of a mailing list", { message_id: text("message id of the series") }, [
        "message_id",
      ]),
    },
    "a change of the code",
  ),
  "changes of the code before it is built",
);

/** What a build from source takes. */
export const buildKeys = {
  location,
  modifier,
  kernel_config_file: text("configuration of the kernel: a file on this machine or in the code"),
};

/** How `kernel_installer` brings a kernel to a node. */
export const kernelInstaller = typed(
  {
    repo: kind(
      "a package of the distribution (Ubuntu)",
      { source: text("package, such as linux-azure"), is_proposed: flag("whether the 'proposed' pocket is used") },
      ["source"],
    ),
    ppa: kind(
      "a package of a PPA (Ubuntu)",
      {
        ppa_url: secret(text("address of the PPA")),
        openpgp_key: text("key that signs the PPA"),
        source: text("package, such as linux-azure"),
        is_proposed: flag("whether the 'proposed' pocket is used"),
      },
      ["ppa_url"],
    ),
    rpm: kind("an rpm file", { kernel_rpm_path: text("path of the rpm on the node") }, ["kernel_rpm_path"]),
    source: kind("a build from source", buildKeys, ["location"]),
    dom0: kind("a build from source for an Azure Linux dom0 host", buildKeys, ["location"]),
    dom0_binaries: kind(
      "a kernel built elsewhere for an Azure Linux dom0 host",
      {
        kernel_image_path: text("kernel image"),
        kernel_modules_path: text("archive of its modules"),
        kernel_config_path: text("its configuration"),
        initrd_image_path: text("its initial file system"),
        vmlinux_image_path: text("kernel image with symbols"),
        additional_grub_file: text("further configuration of the boot loader"),
        menuentry_id: text("id of the entry in the boot menu"),
      },
      ["kernel_image_path", "kernel_modules_path", "kernel_config_path"],
    ),
  },
  "how the kernel comes to the node",
);
