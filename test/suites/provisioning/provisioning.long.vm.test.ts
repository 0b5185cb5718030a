import provisioning from "../../../packages/suites/src/provisioning/provisioning.ts";
import { proveLonger } from "../prove-suite.ts";
import { LONGER, provisioningProofs } from "./provisioning-proofs.ts";

proveLonger(provisioning, provisioningProofs, LONGER);
