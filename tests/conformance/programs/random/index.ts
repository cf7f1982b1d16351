import * as pulumi from "@pulumi/pulumi";
import * as random from "@pulumi/random";

const length = new pulumi.Config().requireNumber("length");
const provider = new random.Provider("explicit");
const secretOne = new random.RandomPassword("password", { length, special: false });
const pin = new random.RandomString("pin", { length: 4, upper: false, lower: false, special: false }, { provider });

export const password = secretOne.result;
export const pinLength = pin.result.apply((text) => text.length);
