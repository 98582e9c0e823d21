/* Industries as safety supervision parts them, with the section of GB/T 4754 and the line of work that
 * follows. A city changes and adds to them. */
#include "body_private.h"

#define ROW(code, zh, en, section, line)                                                                     \
    {                                                                                                        \
        code, T(zh, en), NULL, "{\"gbt4754\":\"" section "\",\"line\":\"" line "\"}"                         \
    }
const DictEntry body_industries[BODY_INDUSTRIES] = {
    ROW("general", "通用", "Every industry", "", ""),
    ROW("chemical", "危险化学品", "Hazardous chemicals", "C26", "chemical"),
    ROW("pharma", "医药制造", "Pharmaceuticals", "C27", "chemical"),
    ROW("fuel", "加油加气", "Filling stations", "F52", "chemical"),
    ROW("fireworks", "烟花爆竹", "Fireworks", "C26", "fireworks"),
    ROW("coal", "煤矿", "Coal mines", "B06", "mine"),
    ROW("mine", "非煤矿山", "Other mines", "B10", "mine"),
    ROW("tailings", "尾矿库", "Tailings ponds", "B09", "tailings"),
    ROW("metallurgy", "冶金", "Metallurgy", "C31", "metallurgy"),
    ROW("nonferrous", "有色", "Non-ferrous metals", "C32", "metallurgy"),
    ROW("building_materials", "建材", "Building materials", "C30", "metallurgy"),
    ROW("machinery", "机械", "Machinery", "C34", "metallurgy"),
    ROW("light", "轻工", "Light industry", "C13", "metallurgy"),
    ROW("textile", "纺织", "Textiles", "C17", "metallurgy"),
    ROW("wood", "木制品与家具", "Wood and furniture", "C20", "metallurgy"),
    ROW("trade", "商贸", "Trade", "F52", "fire"),
    ROW("storage", "仓储物流", "Storage and logistics", "G59", "fire"),
    ROW("catering", "餐饮", "Catering", "H62", "gas"),
    ROW("hotel", "住宿", "Hotels", "H61", "fire"),
    ROW("crowd", "人员密集场所", "Crowded places", "R90", "fire"),
    ROW("school", "学校", "Schools", "P83", "fire"),
    ROW("medical", "医疗养老", "Hospitals and care homes", "Q84", "fire"),
    ROW("construction", "房屋市政工程", "Construction", "E47", "construction"),
    ROW("gas", "城镇燃气", "City gas", "D45", "gas"),
    ROW("water", "供水排水", "Water and drainage", "D46", "water"),
    ROW("heat", "供热", "Heating", "D44", "heat"),
    ROW("power", "电力", "Power", "D44", "power"),
    ROW("road", "道路运输", "Road transport", "G54", "hazmat"),
    ROW("vessel", "水上交通", "Water transport", "G55", "vessel"),
    ROW("special_equipment", "特种设备使用", "Special equipment", "C35", "special_equipment"),
    ROW("other", "其他", "Other", "", ""),
};
