/** What the program of the nested machine writes. */
export const ANSWER = 42;

/**
 * A Perl program that makes a virtual machine with one processor and 64 KiB of memory, lets it write one byte, and prints
 * that byte. Requests and structures are those of api.rst of Linux's KVM; a string of Perl is the machine's memory.
 */
export const RUN_NESTED_MACHINE = `use strict;
my ($page, $size, $code, $result) = (4096, 65536, 0x1000, 0x2000);
my $memory = "\\0" x ($size + $page);
my $address = unpack("J", pack("P", $memory));
my $start = -$address % $page;
# In real mode: mov byte [0x2000], ${ANSWER}; hlt
substr($memory, $start + $code, 6) = pack("C*", 0xc6, 0x06, 0x00, 0x20, ${ANSWER}, 0xf4);
sub ask {
  my ($file, $name, $request) = @_;
  my $answer = ioctl($file, $request, $_[3]);
  defined $answer or die "$name: $!\\n";
  return 0 + $answer;
}
my $nothing = 0;
open(my $kvm, "+<", "/dev/kvm") or die "/dev/kvm: $!\\n";
open(my $machine, "+<&=", ask($kvm, "KVM_CREATE_VM", 0xAE01, $nothing)) or die "machine: $!\\n";
# Processors of Intel need it for real mode; others refuse it.
my $place = 0xfffbd000;
ioctl($machine, 0xAE47, $place);
my $region = pack("LLQQQ", 0, 0, 0, $size, $address + $start);
ask($machine, "KVM_SET_USER_MEMORY_REGION", 0x4020AE46, $region);
open(my $processor, "+<&=", ask($machine, "KVM_CREATE_VCPU", 0xAE41, $nothing)) or die "processor: $!\\n";
# The code segment comes first, and begins with its base; its selector is at 12.
my $segments = "\\0" x 312;
ask($processor, "KVM_GET_SREGS", 0x8138AE83, $segments);
substr($segments, 0, 8) = pack("Q", 0);
substr($segments, 12, 2) = pack("S", 0);
ask($processor, "KVM_SET_SREGS", 0x4138AE84, $segments);
# Sixteen registers, the place of the next instruction, the flags.
my $registers = pack("Q18", (0) x 16, $code, 2);
ask($processor, "KVM_SET_REGS", 0x4090AE82, $registers);
ask($processor, "KVM_RUN", 0xAE80, $nothing);
print ord(substr($memory, $start + $result, 1)), "\\n";
`;
