import type { DevSettings, JumpBoxSettings } from "../environment-types.ts";
import type { LocatedValue } from "../value.ts";
import {
  checkFields,
  type FieldContext,
  type FieldsRead,
  fields,
  isDisabled,
  sectionSchema,
  withDefault,
} from "./field.ts";
import { flag, integer, list, located, secret, standing, text } from "./kinds.ts";
import { reportLack } from "./node.ts";

const SSH_PORT = 22;
const PORT = { minimum: 1, maximum: 65_535 } as const;

export const jumpBoxFields = fields(
  {
    address: text("host to connect through"),
    port: withDefault(integer("its port", PORT), 22),
    username: withDefault(text("account on it"), "lisatest"),
    password: secret(text("its password")),
    private_key_file: text("file with its private key"),
    private_address: text("address at which the host before it finds it; 'address' when absent"),
    private_port: standing(integer("port at 'private_address'", PORT), 22),
  },
  { required: ["address"], title: "jump_box" },
);

export const devFields = fields(
  {
    enabled: withDefault(flag("false leaves the section out"), true),
    enable_trace: withDefault(
      flag("trace commands in more detail: always done, in each case's 'commands.ndjson'"),
      false,
    ),
    mock_tcp_ping: withDefault(
      flag("ask for no answer of the port of SSH before the login: never done, so that nothing is left out"),
      false,
    ),
    jump_boxes: withDefault(
      list(
        located("a host", () => sectionSchema(jumpBoxFields)),
        "hosts to connect through, in the order of the way",
      ),
      [],
      [],
    ),
  },
  { title: "dev" },
);

/** Reads `dev:`. Undefined when there is none or it is switched off. */
export function readDev(value: LocatedValue | undefined, context: FieldContext): DevSettings | undefined {
  if (value === undefined) return undefined;
  const read = checkFields(devFields, value, "dev", context);
  if (read === undefined || isDisabled(value)) return undefined;
  const jumpBoxes = read.jump_boxes.flatMap((box, index) => readJumpBox(box, `dev.jump_boxes[${index}]`, context));
  return { jumpBoxes };
}

function readJumpBox(value: LocatedValue, path: string, context: FieldContext): readonly JumpBoxSettings[] {
  const read = checkFields(jumpBoxFields, value, path, context);
  if (read === undefined || value.kind !== "mapping") return [];
  if ((read.password ?? "") === "" && (read.private_key_file ?? "") === "") {
    const message = `'${path}' has neither a password nor a private key.`;
    const keys = ["password", "private_key_file"];
    reportLack("S17", message, value, keys, "Give it 'password' or 'private_key_file'.", context);
  }
  return [
    {
      position: value.position,
      address: read.address ?? "",
      port: read.port,
      username: read.username,
      password: read.password,
      privateKeyFile: read.private_key_file,
      inner: innerOf(read),
    },
  ];
}

/** A port that stands alone is one of the same address; without both the host is found where it is from here. */
function innerOf(read: FieldsRead<typeof jumpBoxFields.table>): JumpBoxSettings["inner"] {
  const { address = "", port, private_address: inner = "", private_port: innerPort } = read;
  if (inner === "") return { address, port: innerPort ?? port };
  return { address: inner, port: innerPort ?? SSH_PORT };
}
