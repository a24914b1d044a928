/*
 * assets: what a page embeds: our style sheet and script from report/assets/, and the chart
 * library dygraphs (MIT license, which stands in front of it), which the build takes from the distribution or
 * from npm. Without it, pages have drawn plots only.
 */
#ifndef REPORT_ASSETS_H
#define REPORT_ASSETS_H

#include "core/str.h"

struct str asset_style(void);
struct str asset_night_style(void); /* of digests, behind the other */
struct str asset_script(void);
struct str asset_charts(void);      /* empty when the build had none */
struct str asset_plots_about(void); /* "dygraphs 2.2.1, libjs-dygraphs", or that there is none */

#endif
