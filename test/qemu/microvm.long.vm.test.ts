import { expect, test } from "vitest";
import { openGuests } from "./guests.ts";

test("an image boots on a microvm with its own kernel and no firmware, and is forked", async () => {
  await using guests = await openGuests({ section: { machine_type: "microvm", boot_timeout: 600 } });
  for (const name of ["first", "second"]) {
    await using environment = await guests.deploy(name);
    const [node] = environment.nodes;
    const kernelLog = await node.text(["dmesg"], { sudo: true });
    expect(kernelLog).toContain("DMI not present");
    expect(kernelLog).not.toContain("efi: EFI");
    expect(await node.text(["systemctl", "is-system-running", "--wait"])).toBe("running");
    await node.text(["touch", `/root/${name}`], { sudo: true });
    expect(await node.text(["ls", "/root"], { sudo: true })).toBe(name);
  }
});
