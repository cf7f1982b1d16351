import * as fs from "node:fs";
import { absolutePath, integer, ipv4, name, surelyChanged, violations } from "../check";
import { gone, type DynamicProvider } from "../contract";
import { makeCertificate, readCertificate, type BootstrapCertificateDefinition } from "./certificate";

type Inputs = BootstrapCertificateDefinition;
type Outputs = Inputs & { certificate: string };

const rules = { file: absolutePath, owner: integer(0, 65_534), commonName: name, address: ipv4 };

export const provider: DynamicProvider<Inputs, Outputs> = {
    async check(_olds, news) {
        return { inputs: news, failures: violations(news, rules) };
    },

    async diff(_id, olds, news) {
        const replaces = surelyChanged(olds, news, ["file", "owner", "commonName", "address"]);
        return { changes: replaces.length > 0, replaces, deleteBeforeReplace: true };
    },

    async create(inputs) {
        return { id: inputs.file, outs: { ...inputs, certificate: await makeCertificate(inputs) } };
    },

    async read(id, props) {
        const certificate = readCertificate(props);
        return certificate ? { id, props: { ...props, certificate } } : gone;
    },

    async update(_id, _olds, news) {
        return { outs: { ...news, certificate: await makeCertificate(news) } };
    },

    async delete(_id, props) {
        fs.rmSync(props.file, { force: true });
    },
};
