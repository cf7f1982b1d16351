import { projectSchema } from "../../../config";
import { standardPorts } from "../../../services/registry";

test("Pulumi.yaml's text on ports names each with its number", () => {
    const { description } = projectSchema().ports;
    const named = [...description.matchAll(/\b([a-z]\w*) (\d+)/gi)].map(([, name, port]) => [name, Number(port)]);
    expect(Object.fromEntries(named)).toEqual(standardPorts);
});
