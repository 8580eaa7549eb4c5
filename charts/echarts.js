// What Airshed's charts need of ECharts, and no more: a kind of chart that is missing here is drawn nowhere.
export { getInstanceByDom, init } from "echarts/core";
import { use } from "echarts/core";
import { BarChart, CandlestickChart, CustomChart, LineChart, SankeyChart, ScatterChart } from "echarts/charts";
import {
  DataZoomInsideComponent, DataZoomSliderComponent, GridComponent, LegendPlainComponent,
  MarkLineComponent, TitleComponent, TooltipComponent,
} from "echarts/components";
import { SVGRenderer } from "echarts/renderers";

use([
  BarChart, CandlestickChart, CustomChart, LineChart, SankeyChart, ScatterChart,
  DataZoomInsideComponent, DataZoomSliderComponent, GridComponent, LegendPlainComponent,
  MarkLineComponent, TitleComponent, TooltipComponent, SVGRenderer,
]);
