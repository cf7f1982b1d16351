import * as pulumi from "@pulumi/pulumi";
import * as random from "@pulumi/random";

const length = new pulumi.Config().requireNumber("length");
const provider = new random.Provider("explicit");
const one = new random.RandomPassword("password", { length, special: false });
const two = new random.RandomUuid("uuid", {}, { provider });

export const password = one.result;
export const uuid = two.result;
