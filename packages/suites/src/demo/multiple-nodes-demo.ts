import { type Node, sh } from "assay";
import { PrivateNetwork } from "assay/features";
import { type CaseContext, suite } from "assay/suite";

export default suite("MultipleNodesDemo", {
  area: "demo",
  about: "Cases with more than one machine, to begin one's own with.",
  requires: { nodes: 2 },
}, ({ test }) => {
  test(
    "os_info",
    { about: "Every node says which operating system and kernel it runs, and what it is called.", priority: 1 },
    describeNodes,
  );
  test(
    "verify_tcp_connection",
    { about: "What one node sends to the other over TCP arrives unchanged, in both directions.", priority: 2 },
    verifyTcpConnection,
  );
});

async function describeNodes({ environment, expect, log }: CaseContext): Promise<void> {
  const known = await Promise.all(environment.nodes.map(async (node) => ({ node, facts: await node.facts() })));
  for (const { node, facts } of known) {
    log.info(`${node.name}: ${facts.prettyName}, kernel ${facts.kernelRelease}, called '${facts.hostname}'`);
    expect(facts.id !== "unknown", `'${node.name}' does not say which operating system it runs (/etc/os-release).`);
  }
  const hostnames = known.map(({ facts }) => facts.hostname);
  expect(
    new Set(hostnames).size === hostnames.length,
    `The nodes cannot be told apart by their host names: '${hostnames.join("', '")}'.`,
  );
}

async function verifyTcpConnection({ environment, fail, subtest }: CaseContext): Promise<void> {
  const [client, server] = environment.nodes;
  if (server === undefined) fail("The environment has one node only.");
  else {
    for (const [from, to] of [
      [client, server],
      [server, client],
    ] as const) {
      await subtest(`${from.name} to ${to.name}`, async () => {
        const sent = await send(from, to);
        if (sent !== undefined) fail(sent);
      });
    }
  }
}

/** More than the buffers of both kernels hold for a fresh connection. */
const BYTES = 1 << 20;
const LIMIT_S = 60;

/** Takes one connection at a free port, which is told first, and then the digest of what came. */
const LISTENER = sh`perl -MIO::Socket::INET -e '
  my $listener = IO::Socket::INET->new(Listen => 1, Proto => "tcp") or die "cannot listen: $!\n";
  $| = 1; print STDERR $listener->sockport, "\n";
  my $from = $listener->accept; print while <$from>;' | sha256sum`;

/** What is wrong with a transfer; undefined when it arrives as it was sent. */
async function send(from: Node, to: Node): Promise<string | undefined> {
  await using listener = await to.shell.spawn(LISTENER, { timeoutMs: 2 * LIMIT_S * 1000 });
  const told = await firstLine(listener.stderr);
  const port = Number(told);
  if (!(port > 0)) return `'${to.name}' cannot take connections: ${told}`;
  // Nodes of a private network find each other by name.
  const address = from.find(PrivateNetwork) === undefined ? addressOf(to) : to.name;
  const sent = await from.run(
    sh`file=$(mktemp) && head -c ${BYTES} /dev/urandom > "$file"
timeout ${LIMIT_S} bash -c 'cat "$0" > "/dev/tcp/$1/$2"' "$file" ${address} ${port} && sha256sum < "$file"
status=$?; rm "$file"; exit $status`,
  );
  if (sent.exitCode !== 0) {
    return `'${from.name}' cannot send to '${to.name}' (${address} port ${port}): ${sent.stderr.trim()}`;
  }
  const received = await firstLine(listener.stdout);
  return received === sent.stdout.trim() ? undefined : `'${to.name}' received other data than '${from.name}' sent.`;
}

const addressOf = ({ connection }: Node): string => connection.internalAddress ?? connection.address;

async function firstLine(stream: AsyncIterable<Uint8Array>): Promise<string> {
  let text = "";
  for await (const piece of stream) {
    text += Buffer.from(piece).toString();
    if (text.includes("\n")) break;
  }
  return text.split("\n")[0]?.trim() ?? "";
}
