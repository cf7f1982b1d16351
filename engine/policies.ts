import * as fs from "node:fs";
import * as path from "node:path";
import { Client, credentials, type MethodDefinition } from "@grpc/grpc-js";
import { AnalyzerService as service } from "@pulumi/pulumi/proto/analyzer_grpc_pb";
import * as proto from "@pulumi/pulumi/proto/analyzer_pb";
import { parse } from "yaml";
import { leanNode, loader } from "../process/node";
import type { EventStream } from "./events";
import { without, toStruct, type PropertyMap } from "./properties";
import { startPlugin, type PluginProcess } from "./provider/process";
import { channelOptions } from "./provider/wire";
import { nameOfUrn } from "./urn";

/** A resource that breaks a mandatory rule is not touched. */
export class PolicyViolation extends Error {}

interface Analyzed {
    urn: string;
    type: string;
    properties: PropertyMap;
}

/** The pack's server insists on options; no rule of ours asks for them. */
const noOptions = (): proto.AnalyzerResourceOptions =>
    new proto.AnalyzerResourceOptions().setCustomtimeouts(new proto.AnalyzerResourceOptions.CustomTimeouts());

/**
 * A policy pack (@pulumi/policy) in a process of its own, asked as the official engine does (proto/pulumi/analyzer.proto):
 * about each resource before it is touched, and about all of them at the end. Violations are sent as events.
 */
export class PolicyPack {
    private readonly process: Promise<PluginProcess>;
    private client?: Client;
    private violated = false;

    /** @param directory of PulumiPolicy.yaml */
    constructor(
        private readonly directory: string,
        private readonly events: EventStream,
    ) {
        this.process = this.start();
        this.process.catch(() => undefined); // it shows when the pack is asked
    }

    private async start(): Promise<PluginProcess> {
        const file = path.join(this.directory, "PulumiPolicy.yaml");
        if (!fs.existsSync(file)) throw new Error(`${file} not found: name the directory of a policy pack`);
        const { main = "index.ts" } = parse(fs.readFileSync(file, "utf8")) as { main?: string };
        const argv = [...leanNode, "--require", loader, path.join(this.directory, main)];
        const options = { cwd: this.directory, env: process.env };
        return startPlugin("policy pack", argv, options, (line) => this.events.diagnostic("info#err", line));
    }

    /** Whether a mandatory rule was broken. */
    get isViolated(): boolean {
        return this.violated;
    }

    private async call<Q, R>({ path, requestSerialize, responseDeserialize }: MethodDefinition<Q, R>, request: Q) {
        const { address } = await this.process;
        const client = (this.client ??= new Client(address, credentials.createInsecure(), channelOptions));
        return new Promise<R>((resolve, reject) => {
            client.makeUnaryRequest(path, requestSerialize, responseDeserialize, request, (error, response) =>
                response === undefined ? reject(new Error(`policies: ${error!.details}`)) : resolve(response),
            );
        });
    }

    /**
     * Asks about one resource with its checked inputs.
     * @returns what breaks a mandatory rule, a sentence each
     */
    async analyze({ urn, type, properties }: Analyzed): Promise<string[]> {
        const request = new proto.AnalyzeRequest().setUrn(urn).setType(type).setName(nameOfUrn(urn));
        request.setProperties(toStruct(without(properties, "__provider"))).setOptions(noOptions());
        return this.report(await this.call(service.analyze, request), urn);
    }

    /** Asks about all resources of the stack with their outputs. */
    async analyzeStack(resources: Analyzed[], root: string): Promise<void> {
        const list = resources.map(({ urn, type, properties }) =>
            new proto.AnalyzerResource()
                .setUrn(urn)
                .setType(type)
                .setName(nameOfUrn(urn))
                .setProperties(toStruct(without(properties, "__provider")))
                .setOptions(noOptions()),
        );
        this.report(
            await this.call(service.analyzeStack, new proto.AnalyzeStackRequest().setResourcesList(list)),
            root,
        );
    }

    private report(response: proto.AnalyzeResponse, urn: string): string[] {
        const mandatory: string[] = [];
        for (const diagnostic of response.getDiagnosticsList()) {
            const isAdvisory = diagnostic.getEnforcementlevel() === proto.EnforcementLevel.ADVISORY;
            if (!isAdvisory) mandatory.push(diagnostic.getMessage());
            this.events.send({
                policyEvent: {
                    resourceUrn: diagnostic.getUrn() || urn,
                    message: diagnostic.getMessage(),
                    color: "never",
                    policyName: diagnostic.getPolicyname(),
                    policyPackName: diagnostic.getPolicypackname(),
                    policyPackVersion: diagnostic.getPolicypackversion(),
                    enforcementLevel: isAdvisory ? "advisory" : "mandatory",
                },
            });
        }
        this.violated ||= mandatory.length > 0;
        return mandatory;
    }

    async close(): Promise<void> {
        this.client?.close();
        await this.process.then(
            ({ stop }) => stop(),
            () => undefined,
        );
    }
}
