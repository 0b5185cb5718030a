import provisioning from "../../../packages/suites/src/provisioning/provisioning.ts";
import { proveSuite } from "../prove-suite.ts";
import { LONGER, provisioningProofs } from "./provisioning-proofs.ts";

proveSuite(provisioning, provisioningProofs, LONGER);
