#include "report/assets.h"

/* tools/embed makes these of files. */
extern const unsigned char asset_report_css[], asset_night_css[], asset_report_js[], asset_dygraphs_js[], asset_dygraphs_about[];
extern const size_t asset_report_css_bytes, asset_night_css_bytes, asset_report_js_bytes, asset_dygraphs_js_bytes, asset_dygraphs_about_bytes;

static struct str text(const unsigned char *bytes, size_t n)
{
	return str_make((const char *)bytes, n);
}

struct str asset_style(void)
{
	return text(asset_report_css, asset_report_css_bytes);
}

struct str asset_night_style(void)
{
	return text(asset_night_css, asset_night_css_bytes);
}

struct str asset_script(void)
{
	return text(asset_report_js, asset_report_js_bytes);
}

struct str asset_charts(void)
{
	return text(asset_dygraphs_js, asset_dygraphs_js_bytes);
}

struct str asset_plots_about(void)
{
	if (asset_dygraphs_about_bytes == 0)
		return STR("drawn, not interactive (dygraphs was not there when this was built)");
	return text(asset_dygraphs_about, asset_dygraphs_about_bytes);
}
