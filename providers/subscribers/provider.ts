import { isAbsent, type PostgresLogin } from "../../clients/postgres/connection";
import { addSubscribers, listSubscribers, removeSubscribers, type Subscriber } from "../../subscribers/subscribers";
import { changed, listOf, matching, name, objectOf, surelyChanged, violations } from "../check";
import type { DynamicProvider } from "../contract";
import { loginProperties, loginRules } from "../postgres-login";

interface Inputs extends PostgresLogin {
    sipDomain: string;
    subscribers: Subscriber[];
}

const rules = {
    ...loginRules,
    sipDomain: name,
    subscribers: listOf(
        objectOf({
            extension: matching(/^\d{1,20}$/, "an extension of 1 to 20 digits"),
            ha1: matching(/^[0-9a-f]{32}$/, "an MD5 sum in hexadecimal"),
            voicemailPin: matching(/^\d{4,20}$/, "a PIN of 4 to 20 digits"),
        }),
    ),
};

const extensionsOf = ({ subscribers }: Inputs): string[] => subscribers.map(({ extension }) => extension);

export const provider: DynamicProvider<Inputs, Inputs> = {
    async check(_olds, news) {
        return { inputs: news, failures: violations(news, rules) };
    },
    async diff(_id, olds, news) {
        const replaces = surelyChanged(olds, news, ["sipDomain"]);
        const updates = changed(olds, news, [...loginProperties, "subscribers"]);
        return { changes: replaces.length + updates.length > 0, replaces, deleteBeforeReplace: true };
    },
    async create(inputs) {
        await addSubscribers(inputs, inputs.sipDomain, inputs.subscribers);
        return { id: inputs.sipDomain, outs: inputs };
    },
    async read(id, props) {
        try {
            const there = await listSubscribers(props, props.sipDomain).catch((error: unknown) => {
                if (isAbsent(error)) return [];
                throw error;
            });
            const subscribers = extensionsOf(props).flatMap((extension) =>
                there.filter((subscriber) => subscriber.extension === extension),
            );
            const seen = { ...props, subscribers };
            return { id, props: seen, inputs: seen };
        } catch (error) {
            console.error(`${(error as Error).message}; its extensions are taken to be as they were`);
            return { id, props, inputs: props };
        }
    },
    async update(_id, olds, news) {
        const kept = extensionsOf(news);
        const dropped = extensionsOf(olds).filter((extension) => !kept.includes(extension));
        await addSubscribers(news, news.sipDomain, news.subscribers);
        if (dropped.length > 0) await removeSubscribers(news, news.sipDomain, dropped);
        return { outs: news };
    },
    async delete(_id, props) {
        await removeSubscribers(props, props.sipDomain, extensionsOf(props));
    },
};
