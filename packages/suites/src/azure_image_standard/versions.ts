import { type ShellText, sh } from "assay";
import type { CaseContext } from "assay/suite";
import { gather } from "../gather.ts";
import floors from "./version-floors.json" with { type: "json" };
import { judgeVersion, type VersionFloor } from "./version-rule.ts";

/** How to ask a program for its version. */
interface VersionSource {
  readonly name: string;
  readonly command: ShellText;
  readonly pattern: RegExp;
  readonly floor: VersionFloor;
}

const PYTHON: VersionSource = {
  name: "Python",
  command: sh`python3 --version || python --version`,
  pattern: /Python (\d+\.\d+(?:\.\d+)*)/,
  floor: floors.python,
};

const OPENSSL: VersionSource = {
  name: "OpenSSL",
  command: sh`openssl version`,
  pattern: /OpenSSL (\d+\.\d+\.\d+)/,
  floor: floors.openssl,
};

/** Body of verify_python_version. */
export const verifyPythonVersion = (context: CaseContext): Promise<void> => verifyVersion(context, PYTHON);

/** Body of verify_openssl_version. */
export const verifyOpensslVersion = (context: CaseContext): Promise<void> => verifyVersion(context, OPENSSL);

async function verifyVersion(context: CaseContext, source: VersionSource): Promise<void> {
  const { answer } = await gather(context.node, {
    answer: source.command,
  });
  context.expect(
    answer.exitCode === 0,
    `Failed to retrieve the ${source.name} version of '${context.node.name}': ${answer.text.trim()}`,
  );
  judge(context, source, answer.text);
}

const OMI: VersionSource = {
  name: "OMI",
  command: sh`/opt/omi/bin/omiserver --version || dpkg -l omi | grep omi || rpm -q omi`,
  pattern: /\b(\d+\.\d+\.\d+[.-]\d+)\b/,
  floor: floors.omi,
};

/** Body of verify_omi_version: an image without OMI is good. */
export async function verifyOmiVersion(context: CaseContext): Promise<void> {
  const { answer } = await gather(context.node, {
    answer: OMI.command,
  });
  if (answer.exitCode !== 0) {
    context.log.info("OMI is not installed.");
    return;
  }
  judge(context, OMI, answer.text, "Vulnerable OMI version detected. ");
}

function judge(context: CaseContext, source: VersionSource, text: string, introduction = ""): void {
  const version =
    source.pattern.exec(text)?.[1] ??
    context.fail(`Failed to parse the ${source.name} version of '${context.node.name}' from '${text.trim()}'.`);
  context.log.info(`${source.name} ${version}`);
  const verdict = judgeVersion(source.name, version, source.floor);
  if (verdict.kind === "too-old") {
    context.fail(introduction + verdict.reason);
  }
  if (verdict.kind === "good-with-warning") {
    context.passWithWarning(verdict.warning);
  }
}

/** Body of verify_azure_64bit_os. */
export async function verify64bitOs({ node, expect }: CaseContext): Promise<void> {
  const { architecture } = await node.facts();
  expect(
    ["x86_64", "amd64", "aarch64", "arm64"].includes(architecture),
    `Architecture ${architecture} is not supported on '${node.name}': a 64-bit operating system is needed.`,
  );
}
