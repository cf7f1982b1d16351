import { testEnginePoints } from "../integration/faults/engine-points";
import { testMachines } from "../integration/faults/machine-points";

testEnginePoints(1);
testMachines(1);
