import { absolutePath, changed, matching, optional, surelyChanged, violations } from "../check";
import type { DynamicProvider } from "../contract";
import { changeAnchors, isHidden, missingAnchors } from "./anchors";

interface Inputs {
    file: string;
    certificates: string;
    /** Always 0; a refresh stores the number of missing certificates here. */
    missing?: number;
}

const rules = {
    file: absolutePath,
    certificates: matching(/-----BEGIN CERTIFICATE-----/, "certificates in PEM"),
    missing: optional(() => []),
};

export const provider: DynamicProvider<Inputs, Inputs> = {
    async check(_olds, news) {
        const inputs = { ...news, missing: 0 };
        return { inputs, failures: violations(inputs, rules) };
    },

    async diff(_id, olds, news) {
        const replaces = surelyChanged(olds, news, ["file"]);
        const differs = changed(olds, news, ["certificates", "missing"]).length > 0;
        return { changes: replaces.length > 0 || differs || isHidden(news.file), replaces };
    },

    async create(inputs) {
        changeAnchors(inputs.file, inputs.certificates, "");
        return { id: inputs.file, outs: inputs };
    },

    async read(id, props) {
        const found = { ...props, missing: missingAnchors(props.file, props.certificates).length };
        return { id, props: found, inputs: found };
    },

    async update(_id, olds, news) {
        changeAnchors(news.file, news.certificates, olds.certificates);
        return { outs: news };
    },

    async delete(_id, props) {
        changeAnchors(props.file, "", props.certificates);
    },
};
