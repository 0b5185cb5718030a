import { expect, test } from "vitest";
import { menuEntryOf } from "./boot-next.ts";

const config = `
menuentry 'Ubuntu' --class ubuntu $menuentry_id_option 'gnulinux-simple-1234' {
  linux /boot/vmlinuz-6.8.0-31-generic root=UUID=1234 ro
}
submenu 'Advanced options for Ubuntu' $menuentry_id_option 'gnulinux-advanced-1234' {
\tmenuentry 'Ubuntu, with Linux 6.8.0-31-generic' --class ubuntu $menuentry_id_option 'gnulinux-6.8.0-31-generic-advanced-1234' {
\t}
\tmenuentry 'Ubuntu, with Linux 6.8.0-31-generic (recovery mode)' $menuentry_id_option 'gnulinux-6.8.0-31-generic-recovery-1234' {
\t}
}
menuentry 'Plain' $menuentry_id_option 'gnulinux-6.1.0-advanced-1234' {
}
`;

test.each([
  ["6.8.0-31-generic", "gnulinux-advanced-1234>gnulinux-6.8.0-31-generic-advanced-1234"],
  ["6.1.0", "gnulinux-6.1.0-advanced-1234"],
  ["6.8.0-31", undefined],
])("the menu's path to the kernel %s", (release, wanted) => {
  expect(menuEntryOf(config, release)).toBe(wanted);
});
