import { sh } from "assay";
import type { CaseContext } from "assay/suite";
import { Grub } from "assay/tools";
import { gather } from "../gather.ts";

/** Kernel arguments that hide disks or ports from a guest on today's hosts. */
const HARMFUL_ARGUMENTS = ["libata.atapi_enabled=0", "reserve=0x1f0,0x8"];

/** Body of verify_grub. */
export async function verifyGrub({ node, expect }: CaseContext): Promise<void> {
  const { path, text } = await node.tool(Grub).config();
  const found = HARMFUL_ARGUMENTS.filter((argument) => text.includes(argument));
  expect(found.length === 0, `'${path}' of '${node.name}' must not contain '${found.join("', '")}'.`);
}

/** First serial port by architecture. */
const SERIAL_DEVICES: Readonly<Record<string, string>> = { x86_64: "ttyS0", aarch64: "ttyAMA0" };

/** Body of verify_serial_console_is_enabled. */
export async function verifySerialConsoleIsEnabled({ node, expect, skip }: CaseContext): Promise<void> {
  const { architecture } = await node.facts();
  const device = SERIAL_DEVICES[architecture] ?? skip(`The first serial port of '${architecture}' is not known.`);
  const found = await gather(node, {
    cmdline: sh`cat /proc/cmdline`,
    log: sh`
dmesg
cat /var/log/syslog /var/log/messages 2>/dev/null
command -v journalctl >/dev/null && journalctl --boot --dmesg --no-pager --quiet`,
  });
  const isConfigured = new RegExp(`\\bconsole=${device}\\b`).test(found.cmdline.text);
  const isEnabled = new RegExp(`console \\[${device}\\] enabled|uart0: console \\(115200,n,8,1\\)`).test(
    found.log.text,
  );
  expect(
    isConfigured || isEnabled,
    `Fail to find console enabled line 'console [${device}] enabled' in the logs of '${node.name}', and its kernel was not` +
      ` started with 'console=${device}'.`,
  );
}
